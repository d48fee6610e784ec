//! The command line: arguments to the workbench, answers to text or JSON.
