"""The web application of the preview, and its life."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route

from publisher.app.file_watch import FileWatch
from publisher.app.serve import host_header, overview, requested_file, responses
from publisher.app.serve.overview import FOLDER, with_script
from publisher.app.serve.preview_state import PreviewState
from publisher.app.serve.shown import url_path
from publisher.errors import ConfigError
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from publisher.app.serve.shown import ShownDocument
    from publisher.config import Config

_HTML = "text/html; charset=utf-8"
_SCRIPT = Path(__file__).with_name("preview.js")
# Changes that follow each other within this time are one: a generator writes many files.
_STEP_MS = 300
_DEBOUNCE_MS = 5_000
_TICK_SECONDS = 0.5  # how often the settings are looked at
_OTHER_PORT = "pass another --port, e.g. `--port 0` for any free one"
_ADVICE = {
    errno.EADDRNOTAVAIL: "this machine does not have the address; pass another --bind",
    errno.EACCES: "pass a --port above 1023",
}
_LEFT_OUT = frozenset({".git", ".publisher", "node_modules", "__pycache__", ".cache"})


def listen(address: str, port: int) -> socket.socket:
    """Open the socket; port 0 takes any free one. Raises ConfigError if that is not possible."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, _OTHER_PORT)
        raise ConfigError(
            f"cannot listen on {address}, port {port}: {reason(error)}; {advice}"
        ) from error


async def serve(
    config: Config,
    listening: socket.socket,
    names: Collection[str],
    on_read: Callable[[PreviewState], None],
) -> None:
    """Serve until the task is cancelled. `on_read` is called after each reading of the posts."""
    state = PreviewState(config, on_read)
    app = application(state, names)
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_follow(state))
        tasks.create_task(_answer(server, listening, state))


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the command, which cancels the task."""
        yield


async def _answer(server: uvicorn.Server, listening: socket.socket, state: PreviewState) -> None:
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await asyncio.shield(serving)
    finally:
        await state.end()  # streams of events would go on for ever
        server.should_exit = True
        await serving


async def _follow(state: PreviewState) -> None:
    """Read the site, and again after each change of its files or of the settings."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()

    def note(paths: frozenset[Path]) -> None:
        roots = [os.path.realpath(folder) for folder in state.folders]
        if any(
            _LEFT_OUT.isdisjoint(path.parts) and requested_file.is_below(path, roots)
            for path in paths
        ):
            loop.call_soon_threadsafe(changed.set)

    watch = FileWatch(note, lambda _: None, step_ms=_STEP_MS, debounce_ms=_DEBOUNCE_MS)
    folders, settings = None, None
    try:
        while True:
            found = state.folders
            if found != folders:  # also if one was replaced by another of the same name
                folders = found
                await asyncio.to_thread(watch.use, [*folders])
                changed.set()
            seen = state.settings()
            if changed.is_set() or seen != settings:
                changed.clear()  # what changes while the posts are read comes with the next turn
                await state.read()
                settings = seen
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), _TICK_SECONDS)
    finally:
        watch.close()


def application(state: PreviewState, names: Collection[str]) -> ASGIApp:
    """The application (ASGI 3): the pages of the preview below FOLDER, and the site elsewhere."""

    async def overview_page(request: Request) -> Response:
        site = url_path(state.config.site.root) if state.config.site.output else ""
        data = overview.overview(state.shown, site=site, error=state.error)
        return responses.of_bytes(request, data, _HTML)

    async def script(request: Request) -> Response:
        return responses.of_file(request, _SCRIPT)

    async def post(request: Request) -> Response:
        found = state.shown.post_at(request.query_params.get("page", "")) if state.shown else None
        return JSONResponse(found and {"file": found.file, "problems": [*found.problems]})

    async def events(_: Request) -> Response:
        return StreamingResponse(_versions(state), media_type="text/event-stream")

    async def anything(request: Request) -> Response:
        return await _of_site(request, state)

    routes = [
        Route(FOLDER, overview_page),
        Route(FOLDER.rstrip("/"), lambda _: RedirectResponse(FOLDER)),
        Route(f"{FOLDER}preview.js", script),
        Route(f"{FOLDER}post", post),
        Route(f"{FOLDER}events", events),
        Route("/{path:path}", anything),
    ]
    return _OwnHosts(Starlette(routes=routes), names)


async def _versions(state: PreviewState) -> AsyncIterator[str]:
    """Server-sent events (HTML 9.2): the version now, and each later one."""
    version = state.version
    while not state.is_ending:
        yield f"event: version\ndata: {version}\n\n"
        version = await state.after(version)


async def _of_site(request: Request, state: PreviewState) -> Response:
    path, config = f"/{request.path_params['path']}", state.config
    # Feeds show the posts as they are now; those on disk may be older, or of another build.
    if path in _feed_paths(config):
        await state.first()
    if state.shown and (document := state.shown.documents.get(path)):
        return _of_document(request, document)
    output = config.site.output
    found = requested_file.find(output, config.site.root, path) if output else None
    match found:
        case requested_file.MovedTo(moved):
            return RedirectResponse(quote(moved))
        case Path():
            return _of_file(request, found)
        case None if path == "/":
            # The site is not at the root of its host, or it is not built, e.g. at this moment.
            root = url_path(config.site.root)
            return RedirectResponse(quote(root) if output and root != "/" else FOLDER)
    page = requested_file.not_found_page(output) if output else None
    data = with_script(page.read_bytes()) if page else overview.not_found(path)
    return responses.of_bytes(request, data, _HTML, status=404)


def _feed_paths(config: Config) -> set[str]:
    return {url_path(one.url) for one in (*config.feeds, config.page) if one}


def _of_document(request: Request, document: ShownDocument) -> Response:
    is_page = document.media_type == _HTML
    data = with_script(document.data) if is_page else document.data
    return responses.of_bytes(request, data, document.media_type)


def _of_file(request: Request, file: Path) -> Response:
    if responses.media_type(file.name) == "text/html":
        return responses.of_bytes(request, with_script(file.read_bytes()), _HTML)
    return responses.of_file(request, file)


class _OwnHosts:
    """Refuses requests for other host names, before anything else looks at them."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "")
        if host_header.is_allowed(host, self._names):
            await self._app(scope, receive, send)
            return
        text = f"publisher serve does not answer for the host {host!r}; pass --host to allow it\n"
        await PlainTextResponse(text, 421)(scope, receive, send)
