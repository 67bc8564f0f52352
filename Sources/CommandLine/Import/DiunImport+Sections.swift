// SPDX-License-Identifier: Apache-2.0
import Essentials
import Schedules

extension DiunImport {
    /// Everything of a configuration but its providers.
    mutating func readSections(_ root: JSONValue) {
        for (key, value) in members(of: root) {
            switch key {
            case "watch": readWatch(value)
            case "defaults": readDefaults(value)
            case "regopts": readAccounts(value)
            case "notif":
                for (name, _) in members(of: value) {
                    note(
                        "notif.\(name)", nil,
                        "its address and account may be secrets: put them into a Secret, make a Channel of it (type: Webhook), and name that in spec.notify.channels of the watches"
                    )
                }
            case "db": note("db.path", value["path"], "what was seen is kept in the status of the watch")
            case "metrics":
                note("metrics", nil, "the operator serves /metrics/diun with what runs, whatever was configured here")
            case "providers": break
            default: note(key, nil, "is no section of Diun's")
            }
        }
    }

    func members(of value: JSONValue) -> [(key: String, value: JSONValue)] {
        (value.objectValue ?? [:]).sorted { $0.key < $1.key }
    }

    // MARK: watch

    private static let firstSight =
        "write spec.notify.onFirstSight: true beside the channels; it tells of what is outdated at first sight, not of every image"

    private mutating func readWatch(_ section: JSONValue) {
        if section["schedule"]?.stringValue?.isEmpty != false {
            note("watch.schedule", nil, "without one Diun looks once and ends; the watch looks every six hours")
        }
        for (key, value) in members(of: section) {
            let path = "watch.\(key)"
            switch key {
            case "schedule": readSchedule(value)
            case "jitter": readJitter(value)
            case "workers": note(path, value, "requests are paced for each registry, whoever asks")
            case "firstCheckNotif":
                if DiunOptions.bool(value) == true { note(path, value, Self.firstSight) }
            case "runOnStartup":
                if DiunOptions.bool(value) == false { note(path, value, "what is known serves after a restart") }
            case "compareDigest":
                if DiunOptions.bool(value) == false {
                    note(path, value, "a manifest that has not changed is not fetched")
                }
            case "healthchecks": note(path, nil, "watch diun_last_check_timestamp_seconds on /metrics/diun instead")
            default: note(path, nil, "is no option of Diun's")
            }
        }
    }

    private mutating func readSchedule(_ value: JSONValue) {
        let path = "watch.schedule"
        var words = (value.stringValue ?? "").split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { return }
        if let first = words.first, first.hasPrefix("TZ=") || first.hasPrefix("CRON_TZ=") {
            let zone = String(first.split(separator: "=", maxSplits: 1).last ?? "")
            words.removeFirst()
            do throws(TimeZoneError) {
                _ = try TimeZoneRules(named: zone)
                timing["timeZone"] = .string(zone)
            } catch {
                note(path, .string(zone), "\(error); the schedule is read in UTC")
            }
        }
        if words.first == "@every", words.count == 2 {
            timing["timeZone"] = nil
            guard let seconds = DiunOptions.seconds(String(words[1])) else {
                return note(path, value, "is no duration; the watch looks every six hours")
            }
            let bounded = min(max(seconds, 60), 2_678_400)
            if bounded != seconds { note(path, value, "a watch looks every \(bounded) s instead") }
            timing["intervalSeconds"] = .integer(bounded)
            return
        }
        if words.count == 6 {
            let seconds = words.removeFirst()
            guard seconds.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
                timing["timeZone"] = nil
                timing["intervalSeconds"] = 60
                return note(path, value, "nothing is asked more than once a minute")
            }
            if seconds.contains(where: { $0 != "0" }) { note(path, value, "seconds are left out") }
        }
        let text = words.joined(separator: " ")
        do throws(CronError) {
            _ = try CronSchedule(parsing: text)
            timing["schedule"] = .string(text)
        } catch {
            timing["timeZone"] = nil
            note(path, value, "\(error.description); the watch looks every six hours")
        }
    }

    private mutating func readJitter(_ value: JSONValue) {
        guard let seconds = value.integerValue ?? value.stringValue.flatMap(DiunOptions.seconds) else {
            return note("watch.jitter", value, "is no duration")
        }
        if seconds > 86_400 { note("watch.jitter", value, "a day is the most") }
        if seconds > 0 { timing["jitterSeconds"] = .integer(min(seconds, 86_400)) }
    }

    // MARK: defaults and regopts

    private mutating func readDefaults(_ section: JSONValue) {
        let names = [
            "watchRepo": "watch_repo", "notifyOn": "notify_on", "maxTags": "max_tags", "sortTags": "sort_tags",
            "includeTags": "include_tags", "excludeTags": "exclude_tags", "metadata": "metadata",
        ]
        var options = defaults
        for (key, value) in members(of: section) {
            guard let name = names[key] else {
                note("defaults.\(key)", nil, "is no option of Diun's")
                continue
            }
            read(name, value, at: "defaults.\(key)", into: &options)
        }
        // What holds for a pattern that cannot be used holds for all: what would be watched is not what was meant.
        if let problem = problem(of: options.policy) {
            note("defaults", .string(problem), "the patterns are left out")
            (options.include, options.exclude) = ([], [])
        }
        defaults = options
    }

    private mutating func readAccounts(_ value: JSONValue) {
        for (index, account) in (value.arrayValue ?? []).enumerated() {
            let path = "regopts[\(index)]"
            let name = account["name"]?.stringValue ?? "registry.example"
            let isImage = account["selector"]?.stringValue == "image"
            let keys = Set((account.objectValue ?? [:]).keys)
            if !keys.isDisjoint(with: ["username", "usernameFile", "password", "passwordFile"]) {
                let server = isImage ? name.split(separator: "/").first.map(String.init) ?? name : "REGISTRY"
                note(
                    "\(path) (\(name))", nil,
                    "accounts are not copied: kubectl create secret docker-registry NAME --docker-server=\(server) …, then write spec.credentials.secretRef, or pullSecrets: Auto for those of the Pods"
                )
            }
            if account["insecureTLS"].flatMap(DiunOptions.bool) == true {
                note(
                    "\(path).insecureTLS", true,
                    "a registry with plain HTTP, or an authority of your own, stands in the operator's configuration (registries, egress.authorities); a certificate that fails is never accepted"
                )
            }
            if keys.contains("timeout") {
                note("\(path).timeout", account["timeout"], "every request ends within 15 s")
            }
            let known: Set = [
                "name", "selector", "username", "usernameFile", "password", "passwordFile", "insecureTLS", "timeout",
            ]
            for key in keys.subtracting(known).sorted() { note("\(path).\(key)", nil, "is no option of Diun's") }
        }
    }
}
