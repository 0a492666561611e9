from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "feed"

    def ready(self):
        from anymail.signals import tracking

        # What moderators may change is known from the start.
        from . import (
            editing,  # noqa: F401
            webhooks,
        )

        # The one way in which this library says what it has heard.
        tracking.connect(webhooks.hear)
