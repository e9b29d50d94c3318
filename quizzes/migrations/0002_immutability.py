"""Triggers: what is published, submitted or graded never changes."""

from django.db import migrations

FORBID_CHANGE = """
CREATE FUNCTION trapframe_forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: row % cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

# Only the columns named here may change once the row is out of its draft.
FREEZE_VERSION = """
CREATE FUNCTION trapframe_freeze_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'published_at'];
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.state = 'draft'
        OR (to_jsonb(OLD) - free) IS DISTINCT FROM (to_jsonb(NEW) - free) THEN
        RAISE EXCEPTION '% % is published and cannot be changed', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

FREEZE_DRAFT_DELETE = """
CREATE FUNCTION trapframe_keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% % is published and cannot be deleted', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

# A question leaves its draft only with a proof that held for exactly these texts.
ASK_FOR_PROOF = """
CREATE FUNCTION trapframe_ask_for_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'draft' OR NEW.scenario_version_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM quizzes_proof p
        JOIN quizzes_scenarioversion s ON s.id = NEW.scenario_version_id
        WHERE p.id = NEW.proof_id AND p.state = 'held'
            AND p.question_version_id = NEW.id AND p.question_digest = NEW.digest
            AND p.scenario_version_id = s.id AND p.scenario_digest = s.digest
            AND s.state = 'published';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'question version % has no proof that holds', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# A variant opens and closes; nothing else of it moves.
FREEZE_VARIANT = """
CREATE FUNCTION trapframe_freeze_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'state') IS DISTINCT FROM (to_jsonb(NEW) - 'state') THEN
        RAISE EXCEPTION 'variant % is frozen', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = [
    (
        "questionversion",
        "freeze",
        "BEFORE UPDATE",
        "trapframe_freeze_version",
    ),
    ("questionversion", "keep", "BEFORE DELETE", "trapframe_keep_published"),
    ("questionversion", "proof", "BEFORE INSERT OR UPDATE", "trapframe_ask_for_proof"),
    ("scenarioversion", "freeze", "BEFORE UPDATE", "trapframe_freeze_version"),
    ("scenarioversion", "keep", "BEFORE DELETE", "trapframe_keep_published"),
    ("variant", "freeze", "BEFORE UPDATE", "trapframe_freeze_variant"),
    ("submission", "frozen", "BEFORE UPDATE OR DELETE", "trapframe_forbid_change"),
    ("verdict", "frozen", "BEFORE UPDATE OR DELETE", "trapframe_forbid_change"),
    ("gradeevent", "frozen", "BEFORE UPDATE OR DELETE", "trapframe_forbid_change"),
    ("run", "frozen", "BEFORE UPDATE OR DELETE", "trapframe_forbid_change"),
]

FUNCTIONS = [
    "trapframe_forbid_change",
    "trapframe_freeze_version",
    "trapframe_keep_published",
    "trapframe_ask_for_proof",
    "trapframe_freeze_variant",
]


def _create(table: str, name: str, when: str, function: str) -> str:
    return (
        f"CREATE TRIGGER trapframe_{table}_{name} {when} ON quizzes_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}();"
    )


def _drop(table: str, name: str, when: str, function: str) -> str:
    return f"DROP TRIGGER trapframe_{table}_{name} ON quizzes_{table};"


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                FORBID_CHANGE,
                FREEZE_VERSION,
                FREEZE_DRAFT_DELETE,
                ASK_FOR_PROOF,
                FREEZE_VARIANT,
            ],
            [f"DROP FUNCTION {name}();" for name in reversed(FUNCTIONS)],
        ),
        migrations.RunSQL(
            [_create(*trigger) for trigger in TRIGGERS],
            [_drop(*trigger) for trigger in TRIGGERS],
        ),
    ]
