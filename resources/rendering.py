"""From a guide's Markdown to the HTML that everybody reads.

Markdown without HTML, five kinds of block, citations `[@key]` and links to other guides `[text](guide:slug)`. What
comes out is cleaned once more against a short list of tags, so that a mistake here cannot put a script on a page.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from hrplatform.templatetags.ui import BLOCK_TITLES
from resources.languages import Language

BLOCKS = ("now", "warning", "steps", "do", "avoid")
MAX_BODY = 30_000

_CITATION = re.compile(r"\[@([a-z0-9]+(?:-[a-z0-9]+)*)\]")
_CITE_LINK = re.compile(r'<a class="cite"[^>]*>.*?</a>')
_BLOCK = re.compile(r'<section class="block-(\w+)">')
_LINK_TO_GUIDE = re.compile(r'href="guide:([-a-z0-9]+)"')
_OPENING = re.compile(r"\A:{3,}\s*(\S*)")
_GUIDE_LINK = re.compile(r"\Aguide:[a-z0-9]+(?:-[a-z0-9]+)*\Z")

# The words above blocks in languages that have guides but no interface yet.
_BLOCK_TITLES_BEYOND = {
    "fa": {
        "now": "خطر جانی: همین حالا این کار را بکنید",
        "warning": "مراقب باشید",
        "steps": "قدم به قدم",
        "do": "این کمک می‌کند",
        "avoid": "بهتر است نکنید",
    }
}

_ALLOWED: dict[str, set[str]] = {
    "a": {"href"},
    "blockquote": set(),
    "br": set(),
    "em": set(),
    "h2": {"id"},
    "h3": {"id"},
    "li": set(),
    "ol": {"start"},
    "p": set(),
    "section": set(),
    "strong": set(),
    "ul": set(),
}
_ALLOWED_CLASSES = {"a": {"cite"}, "section": {f"block-{kind}" for kind in BLOCKS}}


@dataclass
class _Findings:
    """What was met while reading: the sources that may be cited, and what is wrong."""

    sources: Mapping[str, int]
    cited: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def render(body: str, *, sources: Mapping[str, int]) -> str:
    """HTML of a guide's text, to be kept and shown through `as_page`.

    `sources`: the number of each source by its key. Raises ValidationError with every reason why this text cannot be
    published: a source that is not listed, no source at all, an unknown or unclosed block, a link that leads out.
    """
    if len(body) > MAX_BODY:
        raise ValidationError(_("This text is too long. Please make two guides of it."), code="length")
    findings = _Findings(sources)
    _look_at_blocks(body, findings)
    environment: dict[str, Any] = {"findings": findings}
    tokens = _MARKDOWN.parse(body.replace("\x00", ""), environment)
    _look_at_links(tokens, findings)
    _number_headings(tokens)
    html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, environment))
    if not findings.cited and not findings.problems:
        findings.problems.append(_("This text cites no source. Add at least one, as in [@who-2014]."))
    if findings.problems:
        raise ValidationError([ValidationError(problem, code="guide") for problem in dict.fromkeys(findings.problems)])
    return nh3.clean(
        html,
        tags=set(_ALLOWED),
        attributes=_ALLOWED,
        allowed_classes=_ALLOWED_CLASSES,
        url_schemes={"guide"},
        link_rel=None,
    )


def as_page(html: str, language: Language) -> SafeString:
    """A rendered text for a page: with the words above its blocks, and links to guides as the page's own.

    Done for each page and not kept, so that words and addresses are always those of today.
    """
    html = _BLOCK.sub(lambda block: f"{block[0]}\n{_block_title(block[1], language)}", html)
    html = _LINK_TO_GUIDE.sub(lambda link: f'href="{reverse("resources:guide-detail", args=[link[1]])}"', html)
    return mark_safe(html)  # noqa: S308 (`render` cleaned it, and both patterns let nothing else in)


def _block_title(kind: str, language: Language) -> str:
    """The word above a block in the guide's language, marked as English where nobody has translated it yet."""
    attributes = ""
    if language.base in _BLOCK_TITLES_BEYOND:
        title = _BLOCK_TITLES_BEYOND[language.base][kind]
    else:
        with translation.override(language.tag.lower() if language.is_of_interface else "en"):
            title = str(BLOCK_TITLES[kind])
        attributes = "" if language.is_of_interface else ' lang="en" dir="ltr"'
    return f'<p class="block-title"{attributes}>{escape(title)}</p>'


def plain_text(html: str) -> str:
    """The words of a rendered text, for the search: without the numbers of its sources."""
    return " ".join(unescape(strip_tags(_CITE_LINK.sub(" ", html).replace("<", " <"))).split())


def _look_at_blocks(body: str, findings: _Findings) -> None:
    """Blocks stand side by side, each of a known kind and closed: markdown-it would let all of this pass."""
    is_open, nows = False, 0
    for line in body.splitlines():
        opening = _OPENING.match(line)
        if opening is None:
            continue
        kind = opening[1]
        if is_open and kind:
            findings.problems.append(_("A block begins inside another one. Close each with a line of three colons."))
        elif not is_open and not kind:
            findings.problems.append(_("Three colons close a block that was never opened."))
        if kind and kind not in BLOCKS:
            findings.problems.append(
                _("There is no block called “%(kind)s”. Use one of: %(kinds)s.")
                % {"kind": kind[:40], "kinds": ", ".join(BLOCKS)}
            )
        is_open = bool(kind)
        nows += kind == "now"
    if is_open:
        findings.problems.append(_("A block is not closed. End it with a line of three colons."))
    if nows > 1:
        findings.problems.append(_("Only one “now” block: what comes first must be clear."))


def _look_at_links(tokens: Iterable[Token], findings: _Findings) -> None:
    for token in tokens:
        for inner in token.children or ():
            if inner.type == "image":
                findings.problems.append(_("Pictures cannot be shown in a guide yet."))
            elif inner.type == "link_open" and not _GUIDE_LINK.match(str(inner.attrGet("href"))):
                findings.problems.append(
                    _(
                        "Links in a text lead to other guides only, as in [vein care](guide:vein-care)."
                        " List other pages as sources."
                    )
                )


def _number_headings(tokens: Iterable[Token]) -> None:
    """The same address for the same part in every language, so that changing the language keeps one's place."""
    number = 0
    for token in tokens:
        if token.type == "heading_open":
            number += 1
            token.tag = "h3" if token.tag > "h2" else "h2"
            token.attrSet("id", f"part-{number}")
        elif token.type == "heading_close":
            token.tag = "h3" if token.tag > "h2" else "h2"


def _cite(state: StateInline, silent: bool) -> bool:
    """`[@key]` becomes the number of that source, linked to it."""
    found = _CITATION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        findings: _Findings = state.env["findings"]
        key = found[1]
        if key in findings.sources:
            findings.cited.add(key)
            state.push("citation", "", 0).meta = {"number": findings.sources[key]}
        else:
            findings.problems.append(_("The text cites “%(key)s”, which is not in its list of sources.") % {"key": key})
    state.pos = found.end()
    return True


def _render_citation(
    renderer: RendererHTML, tokens: list[Token], index: int, options: Any, environment: dict[str, Any]
) -> str:
    number = int(tokens[index].meta["number"])
    return f'<a class="cite" href="#source-{number}">{number}</a>'


def _render_block(
    renderer: RendererHTML, tokens: list[Token], index: int, options: Any, environment: dict[str, Any]
) -> str:
    token = tokens[index]
    return "</section>\n" if token.nesting < 0 else f'<section class="block-{token.type.split("_")[1]}">\n'


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.disable(["code", "fence", "backticks", "html_block", "html_inline", "autolink", "hr", "reference"])
    for kind in BLOCKS:
        reader.use(container_plugin, kind, render=_render_block)
    reader.inline.ruler.before("link", "citation", _cite)
    reader.add_render_rule("citation", _render_citation)
    return reader


_MARKDOWN = _reader()
