"""Arms of scenarios on real guest kernels: one for each kernel of an arm."""
