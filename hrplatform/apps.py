from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HrplatformConfig(AppConfig):
    name = "hrplatform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hrplatform import isolation, languages, retention, rotation  # noqa: F401 (their checks register on import)


class OperatorAdmin(AdminConfig):
    default_site = "hrplatform.operator.OperatorSite"
