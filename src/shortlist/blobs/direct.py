"""Uploads in parts that go from clients straight to S3, by signed addresses.

obstore signs addresses of whole objects only, and has no parts that outlive a call; botocore has both. It is read when
the first such upload begins.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from shortlist.blobs.connect import CONNECT_SECONDS, READ_SECONDS
from shortlist.blobs.types import StoredObject, StoredPart
from shortlist.errors import DomainError, InvalidValue

if TYPE_CHECKING:
    from obstore.store import S3Store

# What S3 answers to parts that do not fit together: the sender's mistake, not the store's.
_FAULTS = {
    "EntityTooSmall": "every part but the last must have at least 5 MiB",
    "InvalidPart": "a part is not what its ETag says",
    "InvalidPartOrder": "the parts are not in their order",
}


class _Client(Protocol):
    """What is used of botocore's client, which makes its methods when it is created."""

    def create_multipart_upload(self, **parameters: Any) -> dict[str, Any]: ...
    def list_parts(self, **parameters: Any) -> dict[str, Any]: ...
    def complete_multipart_upload(self, **parameters: Any) -> dict[str, Any]: ...
    def abort_multipart_upload(self, **parameters: Any) -> dict[str, Any]: ...
    def list_multipart_uploads(self, **parameters: Any) -> dict[str, Any]: ...
    def generate_presigned_url(self, method: str, parameters: dict[str, Any], seconds: int) -> str: ...


class Direct:
    """The bucket of a store, for uploads that do not pass the server. Every failure of the store is `Unavailable`."""

    def __init__(self, store: "S3Store", unavailable: Callable[[Exception, str, str], DomainError]) -> None:
        """`unavailable` makes an error of what went wrong in which operation, at which location."""
        self._unavailable = unavailable
        self._config = cast("dict[str, Any]", store.config)
        self._prefix = store.prefix or ""
        self._made: _Client | None = None

    async def begin(self, location: str) -> str:
        """The store's own name of a new upload."""
        answer = await self._ask(
            "begin", location, lambda client: client.create_multipart_upload(**self._at(location))
        )
        return str(answer["UploadId"])

    async def addresses(self, location: str, store_id: str, numbers: Sequence[int], seconds: int) -> list[str]:
        """Where to PUT these parts, for so many seconds."""

        def sign(client: _Client) -> list[str]:
            upload = {**self._at(location), "UploadId": store_id}
            return [
                client.generate_presigned_url("upload_part", {**upload, "PartNumber": number}, seconds)
                for number in numbers
            ]

        return await self._ask("sign", location, sign)

    async def parts(self, location: str, store_id: str) -> list[StoredPart] | None:
        """The parts that have arrived, in their order; None when there is no such upload any more."""

        def page(client: _Client, marker: int) -> dict[str, Any]:
            return client.list_parts(**self._at(location), UploadId=store_id, PartNumberMarker=marker)

        found: list[StoredPart] = []
        marker = 0
        while True:
            turn = partial(page, marker=marker)
            answer = await self._ask("list parts", location, turn, missing=("NoSuchUpload",))
            if answer is None:
                return None
            found += [
                StoredPart(int(part["PartNumber"]), str(part["ETag"]).strip('"'), int(part["Size"]))
                for part in answer.get("Parts", [])
            ]
            if not answer.get("IsTruncated"):
                return found
            marker = int(answer["NextPartNumberMarker"])

    async def complete(self, location: str, store_id: str, parts: Sequence[StoredPart]) -> None:
        """Make one object of parts.

        Raises:
            InvalidValue: they do not fit together.
        """
        listed = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        await self._ask(
            "complete",
            location,
            lambda client: client.complete_multipart_upload(
                **self._at(location), UploadId=store_id, MultipartUpload={"Parts": listed}
            ),
        )

    async def abort(self, location: str, store_id: str) -> None:
        """Free the parts of an upload; one that is not there is passed over."""
        await self._ask(
            "abort",
            location,
            lambda client: client.abort_multipart_upload(**self._at(location), UploadId=store_id),
            missing=("NoSuchUpload",),
        )

    async def unfinished(self, prefix: str, before: int) -> list[tuple[StoredObject, str]]:
        """Uploads below a prefix that were begun before a time in milliseconds, with the store's names of them."""
        found: list[tuple[StoredObject, str]] = []
        markers: dict[str, Any] = {}
        while True:
            parameters = {"Bucket": self._config["bucket"], "Prefix": self._key(prefix) + "/", **markers}
            answer = await self._ask(
                "list uploads", prefix, lambda client, given=parameters: client.list_multipart_uploads(**given)
            )
            for upload in answer.get("Uploads", []):
                begun: datetime = upload["Initiated"]
                location = str(upload["Key"]).removeprefix(self._key(""))
                item = StoredObject(location, 0, int(begun.timestamp() * 1000))
                if item.modified_at < before:
                    found.append((item, str(upload["UploadId"])))
            if not answer.get("IsTruncated"):
                return found
            markers = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}

    def _at(self, location: str) -> dict[str, Any]:
        return {"Bucket": self._config["bucket"], "Key": self._key(location)}

    def _key(self, location: str) -> str:
        return f"{self._prefix}/{location}" if self._prefix else location

    async def _ask(
        self, operation: str, location: str, work: Callable[[_Client], Any], missing: Sequence[str] = ()
    ) -> Any:
        """What `work` answers in a thread; None where the store answers that it lacks what may be `missing`."""
        return await asyncio.to_thread(self._ask_now, operation, location, work, missing)

    def _ask_now(self, operation: str, location: str, work: Callable[[_Client], Any], missing: Sequence[str]) -> Any:
        from botocore.exceptions import (  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]
            BotoCoreError,
            ClientError,
        )

        try:
            return work(self._client())
        except ClientError as error:
            answer = cast("dict[str, Any]", error.response)  # pyright: ignore[reportUnknownMemberType]
            code = str(answer.get("Error", {}).get("Code", ""))
            if code in missing:
                return None
            if code in _FAULTS:
                raise InvalidValue(f"The parts make no file: {_FAULTS[code]}.", field="parts") from None
            raise self._unavailable(error, operation, location) from error
        except (BotoCoreError, OSError) as error:
            raise self._unavailable(error, operation, location) from error

    def _client(self) -> _Client:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> _Client:
        """A client with what obstore was told; where it was told no key, botocore asks the machine for one, too."""
        from botocore.config import Config  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]
        from botocore.session import Session  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

        given = self._config
        virtual = str(given.get("virtual_hosted_style_request", "")).lower() == "true"
        options = Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual" if virtual else "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": 3},
            # Many stores that speak S3 do not know the checksums that newer clients add unasked.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        made: Any = Session().create_client(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            "s3",
            region_name=given.get("region"),
            endpoint_url=given.get("endpoint"),
            aws_access_key_id=given.get("access_key_id"),
            aws_secret_access_key=given.get("secret_access_key"),
            aws_session_token=given.get("session_token") or given.get("token"),
            config=options,
        )
        return cast("_Client", made)
