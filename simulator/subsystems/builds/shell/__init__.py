"""A shell as far as the RUN lines of builds go: lists, pipes, files, variables."""
