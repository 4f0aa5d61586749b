"""nginx in front of the portal, with the configuration that docs/nginx.conf shows."""

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.servers.errors import ServerError
from tools.servers.packages import find_or_install
from tools.servers.ports import answers, free_port
from tools.servers.process import ROOT, Process

SAMPLE = ROOT / "docs" / "nginx.conf"
DEBIAN_PROGRAM = Path("/usr/sbin/nginx")  # in a folder that PATH often leaves out
FRAME = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{sites}
}}
"""


def find_nginx(environment: Mapping[str, str] = os.environ, debian: Path = DEBIAN_PROGRAM) -> Path | None:
    """Return nginx's program: NGINX, else PATH, else Debian's, else None."""
    named = environment.get("NGINX")
    if named:
        if not os.access(named, os.X_OK):
            raise ServerError(f"NGINX is {named}, but there is no program of that name.")
        return Path(named)
    on_path = shutil.which("nginx", path=environment.get("PATH"))
    if on_path:
        return Path(on_path)
    return debian if os.access(debian, os.X_OK) else None


class Nginx(Process):
    """nginx with TLS on a free port. `upstream`: where the portal listens, as in a `server` line of nginx."""

    def __init__(self, *, upstream: str, log: Path | None = None) -> None:
        self.upstream = upstream
        self.port, self.plain_port = free_port(), free_port()
        self.folder: Path | None = None
        program = find_or_install(find_nginx, package="nginx", what="nginx (NGINX, PATH)")
        super().__init__(name="nginx", command=[str(program)], log=log)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client_context(self) -> ssl.SSLContext:
        """Return what a client needs to trust this server's certificate."""
        assert self.folder is not None
        return ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))

    def launch(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aftercare-nginx-"))
        make_certificate(self.folder)
        (self.folder / "nginx.conf").write_text(self.configuration(self.folder))
        self.command[1:] = ["-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        super().launch()

    def configuration(self, folder: Path) -> str:
        """Return the sample with the ports, files and upstream of this server in place of its own."""
        sites = SAMPLE.read_text()
        for shown, own in {
            "server 127.0.0.1:8000;": f"server {self.upstream};",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "/etc/ssl/aftercare/": f"{folder}/",
            "server_name aftercare.example.org;": "server_name 127.0.0.1;",
        }.items():
            if shown not in sites:
                raise ServerError(f"docs/nginx.conf has no line “{shown}” any more.")
            sites = sites.replace(shown, own)
        return FRAME.format(user="user root;" if os.geteuid() == 0 else "", folder=folder, sites=sites)

    def is_ready(self) -> bool:
        return answers(self.port)

    def stop(self) -> None:
        super().stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def make_certificate(folder: Path) -> None:
    """Make a certificate for 127.0.0.1 that is signed by itself."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError(f"openssl could not make a certificate:\n{done.stderr[-1000:]}")
