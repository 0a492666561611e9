"""Mail where no server is configured: a file each under DATA_DIR/mail, and word of it on the console with its first link."""

import re
import sys
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class ConsoleAndFileBackend(BaseEmailBackend):
    def send_messages(self, messages) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            moment = datetime.now().strftime("%Y%m%d-%H%M%S-")
            # Mail programs open it by this ending.
            with NamedTemporaryFile(dir=folder, prefix=moment, suffix=".eml", delete=False) as file:
                file.write(message.message().as_bytes(linesep="\r\n"))
            link = re.search(r"https?://\S+", message.body)
            lines = [
                f"Mail to {', '.join(message.to)}: {message.subject}",
                f"  {link[0]}" if link else "",
                f"  {file.name}",
            ]
            print("\n".join(filter(None, lines)), file=sys.stdout, flush=True)
        return len(messages)
