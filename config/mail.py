"""Mail where no server is configured: shown on the console and kept as files under DATA_DIR/mail."""

from django.core.mail.backends import console, filebased
from django.core.mail.backends.base import BaseEmailBackend


class ConsoleAndFileBackend(BaseEmailBackend):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.backends = [filebased.EmailBackend(**kwargs), console.EmailBackend(**kwargs)]

    def send_messages(self, messages) -> int:
        return min(backend.send_messages(messages) or 0 for backend in self.backends)
