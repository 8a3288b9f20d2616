"""One process: page, REST API and MCP tool, from start to an orderly end."""

import os
import socket
import tempfile
import threading
import webbrowser
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from index.errors import UserError
from index.place import Place
from qa.reading.batched import MAX_PASSAGES
from ui.connections import Connection
from ui.library import default_folder
from ui.service import Service
from ui.uploads import MAX_FILE_BYTES

DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `article-qa serve`; see its help."""

    collection: Place | None = None
    library: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    auth: str | None = None
    api_key: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    root_path: str = ""
    browse: bool = False
    reader: str | None = None
    batch_passages: int = MAX_PASSAGES


def run(options: Options) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what was accepted, and end.

    Raises:
        UserError: If the collection cannot be opened or the port is not to be had.
    """
    listener = _listen(options.host, options.port)
    # Gradio takes uploads only from this folder; a fresh one goes with the process.
    with tempfile.TemporaryDirectory(prefix="article-qa-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads
        service = Service(
            options.collection,
            options.library or default_folder(),
            reader=options.reader,
            batch_passages=options.batch_passages,
        )
        print("opening the collection", flush=True)
        service.library.collection()
        service.jobs.resume()
        # Another core loads the models and finds the examples while this one prepares the page. No
        # daemon: a process that ends amid the loading of a model is aborted.
        threading.Thread(target=_warm_up, args=(service,), name="warm-up").start()
        print("preparing the page", flush=True)
        app = build_app(service, options)
        host, port = listener.getsockname()[:2]
        address = f"http://{'localhost' if host in ('127.0.0.1', '::1') else host}:{port}"
        print(f"article-qa is at {address}{options.root_path}  (Ctrl-C ends it)", flush=True)
        if options.browse:
            threading.Timer(1.0, webbrowser.open, [address]).start()
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            root_path=options.root_path,
            timeout_keep_alive=15,
            server_header=False,
            http=Connection,
            ws="none",
        )
        _DrainingServer(config, service).run(sockets=[listener])
        service.close()
        print(f"ended; {service.tally()}", flush=True)


def _warm_up(service: Service) -> None:
    print("loading the models; a question that comes before waits for them", flush=True)
    service.warm_up()
    print("the models are loaded", flush=True)


def build_app(service: Service, options: Options) -> FastAPI:
    """The whole application, to be served."""
    import gradio as gr
    from gradio import processing_utils

    from ui.api.routes import build_api
    from ui.auth import Login
    from ui.conversations.store import Conversations
    from ui.dialogues import Dialogues
    from ui.guard import Guard
    from ui.page.events import ASSETS
    from ui.page.page import Page
    from ui.page.routes import page_routes
    from ui.page.theme import head, theme

    # The guard lets nobody name an address as a file; if one came, Gradio would fetch it.
    processing_utils.async_ssrf_protected_download = _refuse_to_fetch
    login = Login(options.auth, options.api_key)
    dialogues = Dialogues(service, Conversations(service.library.folder))
    app = build_api(service, dialogues)
    app.include_router(page_routes(service, dialogues))
    page = Page(service, login).build()
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=options.host,
        footer_links=[],
        run_history=False,
        root_path=options.root_path or None,
        allowed_paths=[],
        show_error=False,
        max_file_size=MAX_FILE_BYTES,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        theme=theme(),
        css_paths=[ASSETS / "page.css", ASSETS / "articles.css"],
        head=head(options.root_path),
    )
    # Only then does Gradio look whether a file that it is to read lies in the upload folder.
    page.has_launched = True
    app.add_middleware(
        Guard,
        service=service,
        host=options.host,
        allowed_hosts=options.allowed_hosts,
        login=login,
        behind_proxy=bool(options.root_path),
        cors_origins=options.cors_origins,
    )
    return app


async def _refuse_to_fetch(url: str, cache_dir: str) -> str:
    """Stand in for Gradio's download of files that pages of other applications name."""
    import gradio as gr

    raise gr.Error("files of other servers are not fetched here", print_exception=False)


class _DrainingServer(uvicorn.Server):
    """Ends when every accepted question is answered, though pages still hold their streams."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._drained = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything, and let the application end in order too."""
        await super().shutdown(sockets)
        if self._drained:
            # Forced to leave the pages' streams, uvicorn leaves this out as well.
            await self.lifespan.shutdown()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop accepting; a second signal ends at once."""
        if self.should_exit:
            self.force_exit = True
            return
        self.should_exit = True
        threading.Thread(target=self._drain, name="drain", daemon=True).start()

    def _drain(self) -> None:
        self._service.drain(DRAIN_SECONDS)
        # An open page holds a connection that never ends by itself; the answers have gone out
        # when the requests that asked for them are no longer under way.
        self._service.await_replies(5.0)
        self._drained = not self.force_exit
        self.force_exit = True


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what listens on this address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UserError(
            f"{host}:{port}: cannot listen there ({error.strerror}); choose another --port"
        ) from None
    except OverflowError:
        raise UserError(f"--port: {port} is not a port") from None
    listener.listen(512)
    return listener
