"""Reads a Merchant Center feed in XML (RSS 2.0 or Atom 1.0), item by item, and refuses what can do harm.

The text is decoded before the parser sees it, so that compressed files and the option ``encoding`` work as elsewhere: a
byte order mark outranks the option, and the option outranks the XML declaration.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder  # neither of them parses
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from shoptune.data import Dropped
from shoptune.errors import DataError
from shoptune_files.text_file import open_text, peek_text
from shoptune_shops.merchant_item import FeedItem

__all__ = ["GOOGLE", "xml_items"]

GOOGLE = "base.google.com/ns/1.0"
"""How the namespace of Google's attributes ends; feeds write it with http and with https."""
ATOM = "http://www.w3.org/2005/Atom"
ROOTS = ("rss", "feed")
ITEMS = ("item", "entry")
ALIASES = {"summary": "description", "content": "description"}
"""Atom's name -> RSS's."""

OTHER_FEEDS = {
    "shop": "a feed for Heureka or Zbozi.cz",
    "yml_catalog": "a feed in Yandex's YML",
    "products": "a list of products in a vocabulary of its own",
    "catalog": "a catalogue in a vocabulary of its own",
    "offers": "a list of offers (Ceneo or its like)",
    "nokaut": "a feed for Nokaut",
    "sales": "a list of sales",
    "urlset": "a sitemap",
    "html": "a web page",
    "workbook": "an Excel workbook in XML; save the sheet as CSV (UTF-8)",
    "bmecat": "a BMEcat catalogue",
}
"""Root element of other XML that shops have (in lower case) -> what it is."""

CHUNK = 2**16
DEEPEST = 50
"""Elements inside elements; a feed needs five."""
LONGEST_ITEM = 2**20
"""Characters of text and attributes, and `TAG` for each tag; more of an item is not held in memory."""
TAG = 100

FORBIDDEN = re.compile(
    r"[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[1-8]|1[124-9]|2[0-9]|3[01])|"
    r"x0*(?:[1-8bcBC]|1?[efEF]|1[0-9a-dA-D]));"
)
"""Characters that XML can't hold, such as the vertical tab of a text pasted from a word processor; a blank says as
much.  (The reference of one that stands astride two chunks is refused by the parser.)"""
DECLARATION = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")
DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]+)")
REMEDIES = {
    "unbound prefix": f'declare it in the first element: xmlns:g="http://{GOOGLE}"',
    "undefined entity": "XML knows only &amp; &lt; &gt; &quot; and &apos;; write others as numbers, such as &#160;",
}
"""What expat finds -> what to do."""


def xml_items(path: Path, encoding: str | None, wanted: Collection[str]) -> Iterator[FeedItem | Dropped]:
    """Yield the items of a feed in XML, with the `wanted` attributes alone; an origin is the line of the item's tag.

    An attribute in Google's namespace goes before the feed format's own (``g:title`` before ``title``).  Raises
    `DataError` for a file that is no feed, is malformed or incomplete, or has a document type declaration: a feed needs
    none, and it is the door to entity bombs and to other files.
    """
    feed = _Feed(path.name)
    parser = make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(feed)
    feed.setDocumentLocator(parser)
    parser.forbid_dtd = True
    with open_text(path, encoding or _declared_encoding(path)) as file:
        try:
            while chunk := file.read(CHUNK):
                parser.feed(FORBIDDEN.sub(" ", chunk))
                for origin, element in feed.take():
                    yield _item(origin, element, wanted) if element is not None else _too_long(origin)
        except DefusedXmlException as error:
            if (named := DOCTYPE.search(peek_text(path))) and named[1].casefold() in OTHER_FEEDS:
                raise DataError(f"{feed.here}: {_other_feed(named[1])}") from error
            raise DataError(
                f"{feed.here}: there is a document type declaration (<!DOCTYPE), which is refused, since it can blow "
                "up the text without end and read other files. Delete it: a feed needs none."
            ) from error
        except SAXParseException as error:
            found = error.getMessage()
            remedy = f"; {REMEDIES[found]}" if found in REMEDIES else ""
            raise DataError(f"{feed.here}: this is no XML: {found}{remedy}.") from error
        try:
            parser.close()
        except SAXParseException as error:
            raise DataError(f"{feed.here}: the feed ends in the midst of an element: is the file complete?") from error
    if not feed.root:
        raise DataError(f"{path.name}: the file is empty.")


def _declared_encoding(path: Path) -> str | None:
    """Return the encoding that the XML declaration names, if that can be true: some feeds in UTF-8 say UTF-16."""
    match = DECLARATION.match(peek_text(path))
    if not match:
        return None
    try:
        readable = "<?xml".encode(match[1]) == b"<?xml"
    except LookupError:
        raise DataError(
            f"{path.name}:1: the XML declaration names an unknown encoding, {match[1]!r}; "
            "say what it is, for example 'encoding: cp1252'."
        ) from None
    return match[1] if readable else None


class _Feed(ContentHandler):
    """Builds an element of each item; holds no more than the items of one chunk."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.root = name, ""
        self._depth = 0
        self._done: list[tuple[str, Element | None]] = []
        self._origin, self._item_depth, self._size = "", 0, 0
        self._builder: TreeBuilder | None = None

    @property
    def here(self) -> str:
        """Where the parser is: ``feed.xml:118``."""
        return f"{self.name}:{self._locator.getLineNumber()}"  # type: ignore[attr-defined]  # the parser sets it

    def take(self) -> list[tuple[str, Element | None]]:
        """Return origin and element of the items that were completed since the last call; None for one too long."""
        done, self._done = self._done, []
        return done

    def startElementNS(  # noqa: N802 - SAX names it
        self, name: tuple[str | None, str], _qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        uri, local = name[0] or "", name[1]
        self._depth += 1
        if self._depth > DEEPEST:
            raise DataError(
                f"{self.here}: more than {DEEPEST} elements stand inside each other: this is no product feed."
            )
        if not self.root:
            self.root = local
            if local not in ROOTS:
                raise DataError(f"{self.here}: {_other_feed(local)}")
        if not self._item_depth and local in ITEMS:
            self._origin, self._item_depth, self._size = self.here, self._depth, 0
            self._builder = TreeBuilder()
        if self._builder and self._fits(TAG + sum(map(len, attrs.values()))):
            self._builder.start(f"{uri} {local}", {key[1]: value for key, value in attrs.items()})

    def characters(self, content: str) -> None:
        if self._builder and self._fits(len(content)):
            self._builder.data(content)

    def endElementNS(self, name: tuple[str | None, str], _qname: str | None) -> None:  # noqa: N802
        if self._builder:
            self._builder.end(f"{name[0] or ''} {name[1]}")
        if self._depth == self._item_depth:
            self._done.append((self._origin, self._builder.close() if self._builder else None))
            self._builder, self._item_depth = None, 0
        self._depth -= 1

    def _fits(self, size: int) -> bool:
        """Say whether the item may grow; let go of it where it may not."""
        self._size += size
        if self._size > LONGEST_ITEM:
            self._builder = None
        return self._builder is not None


def _other_feed(root: str) -> str:
    """Return what is said of a file that begins with another element than a feed's."""
    known = OTHER_FEEDS.get(root.casefold())
    found = f"this is {known}, which is not read" if known else "this is no product feed that is read"
    return (
        f"{found}: it begins with <{root}>, not <rss> or <feed>. Read are Google Merchant Center feeds (RSS, Atom or "
        "TSV, as Meta and Pinterest take them too), the shop systems' own CSV exports, and any table with a name and a "
        "description (CSV, JSON, Parquet). Most shops can export one of these beside it."
    )


def _too_long(origin: str) -> Dropped:
    return Dropped(
        origin=origin, reason="the item is too long", detail=f"more than {LONGEST_ITEM:,} characters", bad=True
    )


def _item(origin: str, element: Element, wanted: Collection[str]) -> FeedItem:
    texts: dict[str, list[str]] = {}
    parts: dict[str, list[Mapping[str, str]]] = {}
    for child in sorted(element, key=lambda child: not _is_google(child)):  # Google's first, else in the feed's order
        name = _name(child)
        if name not in wanted:
            continue
        if sub := {_local(part): _text(part) for part in child}:
            parts.setdefault(name, []).append(sub)
        if text := _text(child):
            texts.setdefault(name, []).append(text)
    return FeedItem(origin, texts, parts)


def _name(child: Element) -> str:
    """Return the attribute that an item's element stands for; "" for another vocabulary's element."""
    uri, _, local = child.tag.partition(" ")
    if uri == ATOM:
        return "" if child.get("rel", "alternate") != "alternate" else ALIASES.get(local, local)
    return local if not uri or _is_google(child) else ""


def _is_google(child: Element) -> bool:
    return child.tag.partition(" ")[0].endswith(GOOGLE)


def _local(part: Element) -> str:
    return part.tag.partition(" ")[2]


def _text(element: Element) -> str:
    """Return an element's text; of Atom's ``<link href="..."/>`` the address."""
    return " ".join(element.itertext()).strip() or element.get("href", "").strip()
