"""A cloud: a warehouse of servers with hypervisors, and who puts what on which."""
