"""Everything that is written from runs: golden files, shown sessions, tables, schema.

`python -m tests.simulator.anew` after a change that is meant to alter runs.
"""

from tests.simulator import golden, newcomer, reference, sessions
from tests.simulator.lab import transcripts
from tests.simulator.worlds import KEYS

if __name__ == "__main__":
    golden.write(KEYS)
    reference.write()
    transcripts.write()
    sessions.write()
    newcomer.write()
