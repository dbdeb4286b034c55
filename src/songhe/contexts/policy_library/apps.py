from django.apps import AppConfig


class PolicyLibraryConfig(AppConfig):
    name = "songhe.contexts.policy_library"
    label = "policy_library"
    default_auto_field = "django.db.models.BigAutoField"
