"""Milvus for the tests: a file, a server on this machine, and a cluster if there is one."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

CLUSTER = os.environ.get("MILVUS_URI")

NEEDS_MILVUS = "needs pymilvus and milvus-lite; pip install 'article-qa[milvus]'"


class Server:
    """A milvus-lite server in a process of its own, which can be killed and started again."""

    def __init__(self, folder, **environment):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder = folder
        self._environment = os.environ | environment
        self._process = None

    def address(self, name):
        return f"milvus://127.0.0.1:{self.port}/{name}"

    def start(self, *, wait=True):
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "milvus_lite", "server"),
                *("--data-dir", str(self._folder)),
                *("--host", "127.0.0.1", "--port", str(self.port)),
            ],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        due = time.monotonic() + 60
        while wait:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < due, "milvus-lite does not start"
            assert self._process.poll() is None, "milvus-lite has ended"
            time.sleep(0.05)

    def kill(self):
        """End it by its process id, as a power cut would."""
        self._process.kill()
        self._process.wait()


def has_milvus():
    try:
        import milvus_lite  # noqa: F401
        import pymilvus  # noqa: F401
    except ImportError:
        return False
    return True


def cluster_address(name):
    if not CLUSTER:
        pytest.skip("no cluster; set MILVUS_URI to one, as http://host:19530")
    scheme, _, host = CLUSTER.partition("://")
    return f"{'milvus+tls' if scheme == 'https' else 'milvus'}://{host.rstrip('/')}/{name}"


def drop(address):
    """Delete all that a collection has on its server."""
    from pymilvus import MilvusClient

    from index.milvus.schema import names
    from index.place import place_of

    place = place_of(address)
    client = MilvusClient(place.uri, token=os.environ.get("MILVUS_TOKEN", ""))
    for name in names(place):
        client.drop_collection(name)
    client.close()
