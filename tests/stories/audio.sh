#!/bin/bash
# audio.sh FOLDER: real speech (librivox, a reading of Austen) in the codecs that recorders make.
set -euo pipefail
out=$1
speech=/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav
mkdir -p "$out"
if [ ! -f "$speech" ]; then
  echo "no speech to test with; run: apt-get install pocketsphinx-testdata" >&2
  exit 1
fi
cp "$speech" "$out/speech.wav"
make_audio() { ffmpeg -nostdin -loglevel error -y -i "$speech" -map_metadata -1 "$@"; }
make_audio -c:a libopus -b:a 24k "$out/speech.opus"
make_audio -c:a libopus -b:a 24k -f webm "$out/speech.webm"
make_audio -c:a aac -b:a 48k "$out/speech.m4a"
make_audio -c:a aac -b:a 48k -f adts "$out/speech.aac"
make_audio -c:a libmp3lame -b:a 48k "$out/speech.mp3"
make_audio -c:a flac "$out/speech.flac"
make_audio -f caf "$out/speech.caf"
make_audio -f aiff "$out/speech.aiff"
sox "$speech" -r 8000 -t amr-nb "$out/speech.amr"
