// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What developers and CI run: `workbench render [--check]`, `workbench verify`, `workbench zones`,
/// `workbench specs --seed S --count N`.
@main struct Workbench {
    static func main() {
        switch Array(CommandLine.arguments.dropFirst()) {
        case ["render"]: render()
        case ["render", "--check"]: check()
        case ["verify"]: verify()
        case ["zones"]: zones()
        case let words where words.first == "specs": specs(Array(words.dropFirst()))
        default:
            print(
                "usage: workbench render [--check] | verify | zones | specs --seed S --count N, in the root of the repository"
            )
            exit(2)
        }
    }

    private static func render() {
        for file in RenderedFile.all where TextFile.read(file.path) != file.text {
            guard TextFile.write(file.text, to: file.path) else {
                print("error: cannot write, \(file.path); run in the root of the repository")
                exit(1)
            }
            print("rendered \(file.path)")
        }
    }

    private static func check() {
        let stale = RenderedFile.all.filter { TextFile.read($0.path) != $0.text }
        for file in stale { print("\(file.path): rendered: differs from its Swift source; run `make render`") }
        if !stale.isEmpty { exit(1) }
    }

    private static func specs(_ words: [String]) {
        guard words.count == 4, words[0] == "--seed", words[2] == "--count", let seed = UInt64(words[1]),
            let count = Int(words[3]), count > 0
        else {
            print("usage: workbench specs --seed S --count N, both whole numbers")
            exit(2)
        }
        for line in SpecLines.all(seed: seed, count: count) { print(line) }
    }

    private static func zones() {
        guard let source = ZoneTableSource() else { exit(1) }
        guard TextFile.write(source.text, to: ZoneTableSource.path) else {
            print("error: cannot write, \(ZoneTableSource.path); run in the root of the repository")
            exit(1)
        }
        print("wrote \(ZoneTableSource.path): IANA time zones \(source.version)")
    }

    private static func verify() {
        let violations = SourceRules.violations() + DocumentRules.violations() + ChartRules.violations()
        for violation in violations { print(violation) }
        if !violations.isEmpty { exit(1) }
    }
}
