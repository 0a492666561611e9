"""Photograph the demo with a real browser: `make screenshots`. Overwrites docs/*.png."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
PORT = "8765"
SITE = f"http://127.0.0.1:{PORT}"
# File, address under the site, width, colour scheme.
PICTURES = [
    ("feed.png", "/papers", 1280, "light"),
    ("feed-dark.png", "/papers", 1280, "dark"),
    ("paper.png", "/papers/1706.03762", 1280, "light"),
    ("trends.png", "/papers/trends", 1280, "light"),
    ("feed-360.png", "/papers", 360, "light"),
]


def main() -> None:
    server = subprocess.Popen([sys.executable, "-m", "config.run"], env={**os.environ, "PORT": PORT, "DEMO": "1"})
    try:
        wait()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
            )
            for name, path, width, scheme in PICTURES:
                page = browser.new_page(viewport={"width": width, "height": 960}, color_scheme=scheme)
                page.goto(SITE + path)
                page.screenshot(path=HERE / name)
                page.close()
            photograph_digest(browser)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=60)


def photograph_digest(browser) -> None:
    """The newest day's mail, as wide as a mail program shows it; only moderators see it before it is sent."""
    page = browser.new_page(viewport={"width": 700, "height": 960})
    page.goto(f"{SITE}/accounts/login/")
    page.get_by_label("Email").fill("mod@example.org")
    page.get_by_label("Password").fill("mod keeps order")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto(f"{SITE}/moderation/digest")
    page.goto(SITE + page.locator("iframe").get_attribute("src"))
    page.screenshot(path=HERE / "digest.png")
    page.close()


def wait() -> None:
    for _ in range(600):
        try:
            urlopen(f"{SITE}/healthz", timeout=1).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The site did not start; see its messages above.")


if __name__ == "__main__":
    main()
