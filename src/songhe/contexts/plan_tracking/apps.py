from django.apps import AppConfig


class PlanTrackingConfig(AppConfig):
    name = "songhe.contexts.plan_tracking"
    label = "plan_tracking"
    default_auto_field = "django.db.models.BigAutoField"
