"""The kinds of text people write: a text, a line, a name; and what none of them may hold.

Refused are control characters and those that turn the direction of what stands around them
(Unicode TR 36, 2.9): a name with them shows as another. Taken away without a word are characters
of no width, which come along with what is copied. A line is one line. A name is nobody's who could
be taken for the house.
"""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, StringConstraints
from pydantic import GetJsonSchemaHandler as JsonHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
DIRECTIONS = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
TEXT = f"[^{CONTROLS}{DIRECTIONS}]"
# White space, fillers, joiners, variation selectors, lone accents: nothing to be seen in a line.
UNSEEN = (
    r"\s\u00ad\u0300-\u036f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
LINE = f"{TEXT}*[^{CONTROLS}{DIRECTIONS}{UNSEEN}]{TEXT}*"
_LINE, _REFUSED = re.compile(LINE), re.compile(TEXT.replace("[^", "["))
_WIDTHLESS = re.compile("[\u00ad\u180e\u200b\u2060\ufeff\U000e0000-\U000e007f]")
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+ *")
# Whoever is called so could be taken for the shop or the platform.
_HOUSE_ANYWHERE = ("管理员", "管理員", "官方", "客服", "工作人员", "工作人員")
_HOUSE_ALONE = (
    *("admin", "administrator", "root", "system", "official", "support", "staff", "moderator"),
    *("operator", "service", "customerservice"),
    *("系统", "系統", "系统消息", "系统通知", "平台", "店长", "店長", "商家", "老板"),
)
# Letters of other alphabets and digits that are read as Latin letters, and l as i.
_LOOK_ALIKE = str.maketrans(
    dict(zip("аеорсухѕіјԁмнткαορικτν", "aeopcyxsijdmhtkaopiktv", strict=True))
    | dict(zip("015l", "oisi", strict=True))
)


class AtMost:
    """The most characters of a text as it was sent, before anything is taken away: what a client
    may send is then what the API description says."""

    def __init__(self, characters: int) -> None:
        self._most = characters

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: JsonHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"maxLength": self._most}

    def _check(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > self._most:
            raise PydanticKnownError("string_too_long", {"max_length": self._most})
        return value


def _text(value: str) -> str:
    if _REFUSED.search(value):
        raise ValueError("must not hold control characters")
    return _normal(_WIDTHLESS.sub("", value))


def _line(value: str) -> str:
    if _REFUSED.search(value):
        raise ValueError("must not hold control characters")
    if not _LINE.fullmatch(value):
        raise ValueError("must hold something to be seen")
    return _normal(_BREAKS.sub(" ", _WIDTHLESS.sub("", value)).strip())


def _normal(value: str) -> str:
    """NFC, unless that is longer than what was checked."""
    normal = unicodedata.normalize("NFC", value)
    return normal if len(normal) <= len(value) else value


def _nobody_of_the_house(value: str) -> str:
    seen = {skeleton_of(value), skeleton_of(value.strip().strip("0123456789"))}
    in_it = any(skeleton_of(word) in each for each in seen for word in _HOUSE_ANYWHERE)
    if in_it or not seen.isdisjoint(map(skeleton_of, _HOUSE_ALONE)):
        raise ValueError("is reserved")
    return value


def skeleton_of(name: str) -> str:
    """What is left of a name for the eye: no width, marks, spaces or signs; look-alikes as one."""
    letters = unicodedata.normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    return "".join(each for each in letters if each.isalnum() and not unicodedata.combining(each))


def clean(value: Any) -> Any:
    """The same without what no text may hold; for objects that clients make up, whose texts are
    shown to people all the same."""
    if isinstance(value, str):
        return _REFUSED.sub("", _WIDTHLESS.sub("", value))
    if isinstance(value, dict):
        return {clean(key): clean(each) for key, each in value.items()}
    return [clean(each) for each in value] if isinstance(value, list) else value


Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"pattern": f"^{TEXT}*$"})]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_line),
    Field(json_schema_extra={"pattern": f"^{LINE}$"}),
]
Nickname = Annotated[Line, AfterValidator(_nobody_of_the_house), AtMost(50)]
