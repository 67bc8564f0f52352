// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Essentials

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print what this program is.")

    enum Output: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(name: .shortAndLong, help: "text or json.") var output = Output.text

    func run() {
        switch output {
        case .text:
            print(
                "watchbill \(Version.text) (Swift \(Version.swift), Kubernetes \(Version.oldestKubernetes) and newer)")
        case .json:
            let value: JSONValue = [
                "version": .string(Version.text), "commit": .string(Version.commit), "swift": .string(Version.swift),
                "kubernetes": .string(">=\(Version.oldestKubernetes)"),
            ]
            print(value.canonicalText)
        }
    }
}
