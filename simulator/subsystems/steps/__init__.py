"""Steps of a program, by topic; ``behaviour.STEPS`` names them all.

A step is a function of the process and the step's arguments. It works in virtual
time, records what it does in the kernel's name, and leaves the event's ``seq`` in
``process.last_seq``, which is the cause of what the process does next.
"""
