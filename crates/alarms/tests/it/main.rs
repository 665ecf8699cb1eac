//! Alarms over real sockets: an HTTP receiver and an SMTP server in this process, under virtual time.

mod heartbeats;
mod mails;
mod receiver;
mod restarts;
mod smtp_server;
mod support;
mod webhooks;
