"""The gate's trigger: only what a person grades is published without a scenario."""

from django.db import migrations


def _ask_for_proof(exempt: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION trapframe_ask_for_proof() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'draft' OR {exempt} THEN
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


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_immutability")]

    operations = [
        migrations.RunSQL(
            _ask_for_proof(
                "(NEW.scenario_version_id IS NULL AND NEW.type = 'free_response')"
            ),
            _ask_for_proof("NEW.scenario_version_id IS NULL"),
        )
    ]
