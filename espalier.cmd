@echo off
rem Runs Espalier from its source tree (building it on first use) or from its distribution.
rem ESPALIER_JAVA_OPTS is handed to the JVM, for example -Xmx8g.
rem After a change of the sources: mvnw -DskipTests package
setlocal EnableExtensions DisableDelayedExpansion

rem A JDK or JRE, 17 or newer.
set "version="
if defined JAVA_HOME (
  set "java=%JAVA_HOME%\bin\java.exe"
) else (
  set "java=java.exe"
)
if defined JAVA_HOME goto named
where /q java.exe
if errorlevel 1 (
  echo espalier: no Java found. Install a JDK 17 or newer from https://adoptium.net or set JAVA_HOME.>&2
  exit /b 1
)
for /f "tokens=2,3" %%u in ('java.exe -version 2^>^&1') do if "%%u"=="version" set "version=%%~v"
goto check

:named
if not exist "%java%" (
  echo espalier: JAVA_HOME is "%JAVA_HOME%", but there is no bin\java.exe in it.>&2
  exit /b 1
)
if not exist "%JAVA_HOME%\release" goto check
for /f "usebackq tokens=1,2 delims==" %%u in ("%JAVA_HOME%\release") do if "%%u"=="JAVA_VERSION" set "version=%%~v"

:check
rem A Java that does not say its version is taken as it is.
set "major=17"
for /f "delims=.-+_" %%m in ("%version%") do set "major=%%m"
if %major% LSS 17 (
  echo espalier: "%java%" is Java %version%; 17 or newer is needed. Set JAVA_HOME to one.>&2
  exit /b 1
)

set "home=%~dp0cli\target\espalier"
if exist "%~dp0..\lib\espalier-cli-*.jar" for %%h in ("%~dp0..") do set "home=%%~fh"
if exist "%home%\lib\onnxruntime-*.jar" goto run
echo building Espalier (first use; downloads its libraries, some 400 MB) ...>&2
pushd "%~dp0"
call mvnw.cmd -q -B -DskipTests package 1>&2
set "failed=%errorlevel%"
popd
if not "%failed%"=="0" (
  echo espalier: the build failed; its messages stand above.>&2
  exit /b 1
)

:run
set "flags="
rem Short commands: compiled code would come too late to be of use.
for %%c in (inspect doctor passes recipe plan) do if "%~1"=="%%c" set "flags=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
rem Most of what is made on the heap lives for one sample: more room for it is never given back.
set "flags=-XX:MaxNewSize=128m %flags%"
if %major% GEQ 22 set "flags=%flags% --enable-native-access=ALL-UNNAMED"
if %major% GEQ 24 set "flags=%flags% --sun-misc-unsafe-memory-access=allow"
"%java%" -Xshare:auto %ESPALIER_JAVA_OPTS% -cp "%home%\lib\*" %flags% "-Despalier.home=%home%" dev.espalier.cli.Main %*
exit /b %errorlevel%
