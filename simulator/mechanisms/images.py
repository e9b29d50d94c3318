"""Mechanisms of image builds and registries."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS = {
    "build.cache": Mechanism(
        "instructions",
        ("instructions", "world", "off"),
        "a RUN is reused while its text is the same, while the world is too, or never",
    ),
    "build.copy_key": Mechanism(
        "content",
        ("content", "times"),
        "COPY is known by what its files hold, or by when they were written too",
    ),
    "build.index": Mechanism(
        "emptied",
        ("emptied", "shipped"),
        "base images come without the lists of packages, or with them",
    ),
    "build.prompt": Mechanism(
        "end_of_input",
        ("end_of_input", "answered"),
        "a question during a build reads the end of its input, or somebody says yes",
    ),
    "build.archive": Mechanism(
        "moves",
        ("moves", "keeps"),
        "archives drop a version when the next one comes, or keep all",
    ),
    "build.deletion": Mechanism(
        "whiteout",
        ("whiteout", "erase"),
        "a deleted file is hidden by a mark above it, or taken out of the layer below",
    ),
    "build.stages": Mechanism(
        "needed",
        ("needed", "all"),
        "stages that the wanted one does not use are skipped, or built as well",
    ),
    "build.args": Mechanism(
        "stage",
        ("stage", "everywhere"),
        "an ARG in front of FROM ends there, or is seen in every stage",
    ),
}
