"""What runs inside a sandbox, in an interpreter that knows nothing else of ours."""
