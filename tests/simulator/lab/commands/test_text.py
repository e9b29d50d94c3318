import pytest

from tests.simulator.lab.labs import answered, lab, typed

FRUIT = "cat > /tmp/f <<E\npear 3\napple 10\napple 10\nPlum 2\nE"
MORE = "for i in $(seq 12); do echo $i; done > /tmp/n"


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        ("cat /tmp/f | cat", "pear 3\napple 10\napple 10\nPlum 2\n", 0),
        ("cat -n /tmp/f | tail -1", "     4\tPlum 2\n", 0),
        ("cat /no /tmp/n | wc -l", "cat: /no: No such file or directory\n12\n", 0),
        ("cat /no", "cat: /no: No such file or directory\n", 1),
        ("cat -n /no", "cat: /no: No such file or directory\n", 1),
        ("cat /srv", "cat: /srv: Is a directory\n", 1),
        ("cat -x", "cat: invalid option -- 'x'\n", 2),
        ("grep apple /tmp/f", "apple 10\napple 10\n", 0),
        ("grep -c apple /tmp/f", "2\n", 0),
        ("grep -n Plum /tmp/f", "4:Plum 2\n", 0),
        ("grep -i PLUM /tmp/f", "Plum 2\n", 0),
        ("grep -v apple /tmp/f", "pear 3\nPlum 2\n", 0),
        ("grep -q apple /tmp/f", "", 0),
        ("grep nothing /tmp/f", "", 1),
        ("grep -w app /tmp/f", "", 1),
        ("grep -x 'pear 3' /tmp/f", "pear 3\n", 0),
        ("grep -F . /tmp/f", "", 1),
        ("grep -o '[0-9]*0' /tmp/f", "10\n10\n", 0),
        ("grep -E 'pear|Plum' /tmp/f", "pear 3\nPlum 2\n", 0),
        ("grep 'pear\\|Plum' /tmp/f", "pear 3\nPlum 2\n", 0),
        ("grep 'pear|Plum' /tmp/f", "", 1),
        ("grep -e Plum /tmp/f", "Plum 2\n", 0),
        ("grep 12 /tmp/f /tmp/n", "/tmp/n:12\n", 0),
        ("grep -h 12 /tmp/f /tmp/n", "12\n", 0),
        ("grep a /no", "grep: /no: No such file or directory\n", 2),
        ("grep", "grep: usage: grep [OPTION]... PATTERNS [FILE]...\n", 2),
        ("head -n 2 /tmp/n", "1\n2\n", 0),
        ("head -2 /tmp/n", "1\n2\n", 0),
        ("head -n -10 /tmp/n", "1\n2\n", 0),
        ("head /tmp/n | wc -l", "10\n", 0),
        ("tail -n 2 /tmp/n", "11\n12\n", 0),
        ("tail -2 /tmp/n", "11\n12\n", 0),
        ("tail -n +11 /tmp/n", "11\n12\n", 0),
        ("tail -n 0 /tmp/n", "", 0),
        ("head -n x /tmp/n", "head: invalid number of lines: 'x'\n", 1),
        ("head -n 1 /no", "head: /no: No such file or directory\n", 1),
        (
            "head -n 1 /tmp/f /tmp/n",
            "==> /tmp/f <==\npear 3\n==> /tmp/n <==\n1\n",
            0,
        ),
        ("wc /tmp/f", " 4  8 32 /tmp/f\n", 0),
        ("wc -l /tmp/f /tmp/n", " 4 /tmp/f\n12 /tmp/n\n16 total\n", 0),
        ("wc < /tmp/f", "      4       8      32\n", 0),
        ("wc -c < /tmp/f", "32\n", 0),
        ("wc /no", "wc: /no: No such file or directory\n", 1),
        ("sort /tmp/f", "Plum 2\napple 10\napple 10\npear 3\n", 0),
        ("sort -u /tmp/f", "Plum 2\napple 10\npear 3\n", 0),
        ("sort -r /tmp/f | head -1", "pear 3\n", 0),
        ("sort -k 2 -n /tmp/f", "Plum 2\npear 3\napple 10\napple 10\n", 0),
        ("sort -k2nr /tmp/f | head -1", "apple 10\n", 0),
        ("sort -t ' ' -k 2 /tmp/f | tail -1", "pear 3\n", 0),
        ("sort -n /tmp/n | tail -1", "12\n", 0),
        ("sort /tmp/n | tail -1", "9\n", 0),
        ("sort -k x /tmp/f", "sort: invalid number at field start: 'x'\n", 2),
        ("sort -k /tmp/f -n", "sort: invalid number at field start: '/tmp/f'\n", 2),
        ("sort -k", "sort: option requires an argument -- 'k'\n", 2),
        ("sort /no", "sort: /no: No such file or directory\n", 2),
        ("uniq /tmp/f", "pear 3\napple 10\nPlum 2\n", 0),
        (
            "uniq -c /tmp/f",
            "      1 pear 3\n      2 apple 10\n      1 Plum 2\n",
            0,
        ),
        ("uniq -d /tmp/f", "apple 10\n", 0),
        ("uniq -u /tmp/f", "pear 3\nPlum 2\n", 0),
        ("uniq /no", "uniq: /no: No such file or directory\n", 1),
        ("echo a | tee /tmp/t; cat /tmp/t", "a\na\n", 0),
        ("echo a | tee /tmp/t; echo b | tee -a /tmp/t; cat /tmp/t", "a\nb\na\nb\n", 0),
        ("echo a | tee /srv", "a\ntee: /srv: Is a directory\n", 1),
        ("cut -d ' ' -f 1 /tmp/f | head -1", "pear\n", 0),
        ("cut -d ' ' -f 1-2 /tmp/f | head -1", "pear 3\n", 0),
        ("cut -d ' ' -f 2,1 /tmp/f | head -1", "pear 3\n", 0),
        ("cut -c 1-4 /tmp/f | tail -1", "Plum\n", 0),
        ("cut -c -2 /tmp/f | tail -1", "Pl\n", 0),
        ("cut -c 5- /tmp/f | tail -1", " 2\n", 0),
        ("cut -f x /tmp/f", "cut: invalid field value 'x'\n", 1),
        ("cut -f - /tmp/f", "cut: invalid field value '-'\n", 1),
        (
            "cut /tmp/f",
            "cut: you must specify a list of bytes, characters, or fields\n",
            1,
        ),
        ("cut -f 1 /no", "cut: /no: No such file or directory\n", 1),
        ("seq 3", "1\n2\n3\n", 0),
        ("seq 2 3", "2\n3\n", 0),
        ("seq 1 4 9", "1\n5\n9\n", 0),
        ("seq 3 -1 1", "3\n2\n1\n", 0),
        ("seq 0", "", 0),
        ("seq", "seq: missing operand\n", 1),
        ("seq x", "seq: invalid argument\n", 1),
        ("seq 1 0 5", "seq: invalid increment or range: '0'\n", 1),
        ("seq 99999", "seq: invalid increment or range: '1'\n", 1),
        ("cat /tmp/f --color", "cat: unrecognized option '--color'\n", 2),
        ("grep --color", "grep: option '--color' requires an argument\n", 2),
        ("grep --color=auto Plum -- /tmp/f", "Plum 2\n", 0),
    ],
)
def test_text_goes_through_it(line: str, text: str, status: int) -> None:
    here = lab()
    typed(here, FRUIT, MORE)
    assert answered(here, line) == (text, status)


def test_a_wrong_expression_is_told() -> None:
    text, status = answered(lab(), "echo a | grep -E '['")
    assert text.startswith("grep: Invalid regular expression: ")
    assert status == 2
