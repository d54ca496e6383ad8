"""What a link to a picture holds."""

from points_app.http.schemas.base import Query
from points_app.http.schemas.fields import QueryInt


class PictureLink(Query):
    viewer: str
    expires: QueryInt
    signature: str
