"""Receipt pictures behind signed links."""

from flask import Blueprint, Response

from points_app.errors import InvalidInput, RouteUnknown
from points_app.http import parse
from points_app.http.schemas import PictureLink
from points_app.services import pictures

blueprint = Blueprint("files", __name__, url_prefix="/files")


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
