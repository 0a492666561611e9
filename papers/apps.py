from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self):
        # What moderators may change is known from the start.
        from papers import editing  # noqa: F401
