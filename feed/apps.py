from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "feed"

    def ready(self):
        from anymail.signals import tracking

        from . import webhooks

        # The one way in which this library says what it has heard.
        tracking.connect(webhooks.hear)
