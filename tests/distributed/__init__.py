"""Each role of each service as a process of its own, as the compose files and manifests start it."""
