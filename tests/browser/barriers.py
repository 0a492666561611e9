"""What axe-core finds on a page that would stop somebody."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "([within, rules]) => axe.run(within, { runOnly: rules })"


def has_no_barrier(page, axe, *, within="html"):
    """In both widths and both themes; what axe finds is told with the element and the way out."""
    page.evaluate(axe)
    found = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            found.append(f"{width} px wide: {sideways} px sideways")
        # Of all rules, only that on contrast sees the theme.
        for theme, rules in [("light", RULES), ("dark", ["color-contrast"])]:
            page.emulate_media(color_scheme=theme)
            for violation in page.evaluate(RUN, [within, rules])["violations"]:
                found.append(f"{width} px, {theme}: {violation['help']} ({violation['id']})")
                found += [f"{node['html'][:200]} {node['failureSummary']}" for node in violation["nodes"][:3]]
    assert not found, "\n".join(found)
