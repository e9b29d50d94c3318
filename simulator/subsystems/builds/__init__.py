"""Image builds: Dockerfiles carried out step by step, with a cache of layers.

Each RUN is a container of its own: a shell that is really executed in the file tree
of the layers so far, by the kernel that the engine stands on. What its commands do
follows from that tree, the clock, the package archives and the network.
"""
