/**
 * PostgreSQL's settings. Its log must hold no personal data: a statement, a parameter, a DETAIL line and even the
 * message of an error ("invalid input syntax for type uuid: ...") can carry a value, so errors are left to the
 * client that made them, and the log keeps LOG, FATAL and PANIC. Durability stays as PostgreSQL ships it.
 */
export const serverSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_autovacuum_min_duration: '-1',
  log_temp_files: '-1',
  log_lock_waits: 'off',
};
