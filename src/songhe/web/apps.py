from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "songhe.web"
    label = "web"
