"""What operators read is complete."""

import re

from config.embedded import BASE_DIR


def test_every_setting_is_documented_and_every_documented_one_is_there():
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', (BASE_DIR / "config" / "settings.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (BASE_DIR / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert read == documented


def test_every_page_of_the_documentation_leads_only_to_files_that_are_there():
    pages = [BASE_DIR / "README.md", BASE_DIR / "CONTRIBUTING.md", *(BASE_DIR / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
