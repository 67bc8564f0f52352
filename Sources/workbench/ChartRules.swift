// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Schema

/// The chart's values are complete: what the schema names has a default and a meaning, templates use it, and the operator's
/// own defaults are the same.
enum ChartRules {
    static func violations() -> [String] {
        let path = ChartValues.path
        let defaults = ChartValues.defaults
        guard defaults != [:] else { return ["\(path):1: chart: it cannot be read as YAML; correct it"] }
        return ValuesSchema.root.validate(defaults, unknownFields: .refused).map { "\(path):1: chart: \($0)" }
            + undocumented(defaults).map { "\(path):1: chart: \($0)" } + unused + drift(of: defaults)
    }

    private static func undocumented(_ defaults: JSONValue) -> [String] {
        let comments = ChartValues.comments
        return ChartValues.leaves.flatMap { path, schema in
            let names = path.split(separator: ".").map(String.init)
            var problems: [String] = []
            if names.reduce(Optional(defaults), { $0?[$1] }) == nil {
                problems.append("\(path) has no default; add it")
            }
            // The name says it all in groups like `homepage`, which are explained as a whole.
            let isExplained = names.indices.contains { comments[names[...$0].joined(separator: ".")] != nil }
            if !isExplained, schema.description.isEmpty { problems.append("\(path) has no comment; say what it means") }
            return problems
        }
    }

    /// Values that no template reads.
    private static var unused: [String] {
        let text = TextFile.list(ChartFiles.folder + "/templates", endingWith: [".yaml", ".tpl", ".txt"])
            .compactMap(TextFile.read).joined()
        return ChartValues.leaves.filter { path, _ in
            let names = path.split(separator: ".")
            // These two are passed on as a whole.
            guard let first = names.first, let last = names.last, first != "config", first != "podSecurityContext"
            else { return false }
            return !text.contains(".Values.\(first)") || !text.contains(".\(last)")
        }.map { "\(ChartFiles.folder)/templates: chart: no template reads \($0.path); use it, or remove it" }
    }

    private static func drift(of defaults: JSONValue) -> [String] {
        guard var config = defaults["config"] else { return [] }
        // Empty stands for absent in the chart.
        if config.at("scanPod", "priorityClassName") == "" { config["scanPod"]?["priorityClassName"] = nil }
        do throws(ConfigurationError) {
            let configured = try OperatorConfiguration(json: config)
            if configured == OperatorConfiguration() { return [] }
            return ["\(ChartValues.path):1: chart: config differs from the operator's own defaults; make them equal"]
        } catch {
            return error.problems.map { "\(ChartValues.path):1: chart: config.\($0)" }
        }
    }
}
