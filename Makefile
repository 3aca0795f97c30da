# The door for developers; the work is done by meson and tools/.
.PHONY: all program demo check quick fuzz bench lint format install asan tsan clean

all: program
	ninja -C build

program: build/build.ninja
	ninja -C build src/cli/pgconverge
	ln -sf src/cli/pgconverge build/pgconverge

build/build.ninja:
	meson setup build

demo: ; ./demo
check: ; ./check
quick: ; ./check quick
lint: ; tools/lint
fuzz: ; tools/fuzz
bench: program ; bench/run
format: ; find src test -name '*.[ch]' -not -path '*/golden/*' -print0 | xargs -0r clang-format-14 -i
install: all ; meson install -C build --no-rebuild

# Sanitizers: a build folder each, tested at once. No end-to-end tests here: those are ./check's.
asan:
	[ -f build-asan/build.ninja ] || meson setup --buildtype=debug -Db_sanitize=address,undefined -Dcrash_points=true build-asan
	UBSAN_OPTIONS=halt_on_error=1 meson test -C build-asan --print-errorlogs
tsan:
	[ -f build-tsan/build.ninja ] || meson setup --buildtype=debug -Db_sanitize=thread build-tsan
	TSAN_OPTIONS=halt_on_error=1 meson test -C build-tsan --print-errorlogs

clean: ; rm -rf build build-debug build-asan build-tsan build-lint
