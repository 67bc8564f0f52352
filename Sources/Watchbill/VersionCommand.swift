// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLine
import Essentials

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print what this program is.")

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, json, yaml }

    @Option(name: .shortAndLong, help: "text, json or yaml.") var output = Output.text

    func run() {
        switch output {
        case .text:
            print(
                "watchbill \(Version.text) (Swift \(Version.swift), Kubernetes \(Version.oldestKubernetes) and newer)")
        case .json: print(value.canonicalText)
        case .yaml: print(StructuredOutput.yaml.text(value), terminator: "")
        }
    }

    private var value: JSONValue {
        [
            "version": .string(Version.text), "commit": .string(Version.commit), "swift": .string(Version.swift),
            "kubernetes": .string(">=\(Version.oldestKubernetes)"),
        ]
    }
}
