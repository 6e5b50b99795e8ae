@echo off
rem A service, by NSSM (nssm.cc, 2.24-101 or later): a program that runs in a console cannot be a
rem service by itself. Once, as administrator, with nssm.exe in PATH.

rem For "portclaim explain". The service's account must be able to write there.
mkdir "%ProgramData%\Gateway" 2>nul

rem NSSM joins what follows AppParameters with blanks: "\" \"" are quotes that it keeps.
nssm install gateway "C:\Program Files\portclaim\portclaim.exe"
if errorlevel 1 exit /b 1
nssm set gateway AppParameters run -- "\"C:\Program Files\nodejs\node.exe\"" "\"C:\Program Files\Gateway\gateway.js\"" 18789
nssm set gateway AppDirectory "C:\Program Files\Gateway"
nssm set gateway AppEnvironmentExtra PORTCLAIM_LOG=%ProgramData%\Gateway\portclaim.json PORTCLAIM_LOG_FORMAT=json

rem A start that ends within this time has failed, and NSSM waits longer and longer before the next.
rem A claim takes 3000 ms at most: its own 1500 ms would call one that failed a good start.
nssm set gateway AppThrottle 5000
nssm set gateway AppRestartDelay 5000

rem On stop NSSM sends Ctrl-C to the gateway, through the console that it shares with portclaim.
rem After this time it ends portclaim.exe, and with it goes the gateway.
nssm set gateway AppStopMethodConsole 15000

rem If nssm.exe itself ends, the gateway lives on and holds the port: Windows starts the service
rem again, and the new gateway takes the port from the old one.
sc.exe failure gateway reset= 3600 actions= restart/10000

rem Every start as the same account: another one's process is never stopped. No password.
nssm set gateway ObjectName "NT AUTHORITY\LocalService" ""
