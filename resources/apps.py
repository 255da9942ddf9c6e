from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourcesConfig(AppConfig):
    name = "resources"
    verbose_name = _("Guides")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from groups.models.journal import name_verbs  # models exist only after the apps are loaded

        name_verbs(
            {
                "publish_guide": _("Guide published"),
                "grow_guide": _("Guide begun from a practice"),
                "edit_draft": _("Draft of a guide changed"),
                "remove_draft": _("Draft of a guide removed"),
            }
        )
