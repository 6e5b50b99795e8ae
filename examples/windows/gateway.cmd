@echo off
rem By hand: start this in a window, and once more in another one. The second instance takes the
rem port from the first, at its first attempt. As it stands it starts the gateway that comes with
rem portclaim, from wherever the zip was unpacked; needs node.exe in PATH.
setlocal

rem How long the old instance may take to end by itself. It is asked with Ctrl-Break (in Node:
rem process.on('SIGBREAK', ...)); one that does not listen to that is ended at once by Windows.
set PORTCLAIM_TERM_MS=2000

rem Quotes, for directories with blanks; what stands behind -- is the program's alone.
"%~dp0..\..\portclaim.exe" run -- node.exe "%~dp0..\gateway\gateway.js" 18789

rem The gateway's own exit code, or portclaim's: 126, 127 when it could not be started.
exit /b %errorlevel%
