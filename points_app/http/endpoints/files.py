"""Receipt pictures behind signed links, and avatars."""

from flask import Blueprint, Response

from points_app.errors.base import InvalidInput, RouteUnknown
from points_app.http import parse
from points_app.http.schemas.files import PictureLink
from points_app.services.accounts import avatars
from points_app.services.receipts import pictures

blueprint = Blueprint("files", __name__, url_prefix="/files")


@blueprint.get("/avatars/<name>.jpg")
def avatar(name: str) -> Response:
    """A guest's avatar. Its name was in an answer, and stands for this picture for ever."""
    response = Response(avatars.picture(name), mimetype=pictures.CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@blueprint.get("/<path:object_key>")
def picture(object_key: str) -> Response:
    """The picture of a link that `pictures.link` made, while it is valid."""
    try:
        link = parse.query(PictureLink)
    except InvalidInput:
        raise RouteUnknown from None
    content = pictures.open_link(object_key, link.viewer, link.expires, link.signature)
    response = Response(content, mimetype=pictures.CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, no-store"
    return response
