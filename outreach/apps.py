from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = _("Outreach")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from groups.models.journal import name_verbs  # models exist only after the apps are loaded

        name_verbs(
            {
                "log_contact": _("Contact logged"),
                "undo_contact": _("Contact taken back"),
                "make_kit": _("Kit made"),
                "change_kit": _("Kit changed"),
                "make_site": _("Place added"),
                "change_site": _("Place changed"),
            }
        )
