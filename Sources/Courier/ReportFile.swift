// SPDX-License-Identifier: Apache-2.0
import Glibc
import JSONScan
import TrivyReport

/// Why a report could not be opened.
struct ReportFileError: Error {
    var message: String
}

/// A report on disk, mapped, of which only a window stays in memory while it is read.
struct ReportFile {
    private let memory: Mapping
    private static let window = 4 << 20

    init(path: String) throws(ReportFileError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw ReportFileError(message: "Trivy wrote no report (\(systemMessage(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size > 0 else {
            throw ReportFileError(message: "Trivy wrote an empty report")
        }
        guard let size = Int(exactly: status.st_size),
            let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED
        else { throw ReportFileError(message: "the report cannot be mapped (\(systemMessage(errno)))") }
        madvise(start, size, MADV_SEQUENTIAL)
        memory = Mapping(start: start, size: size)
    }

    func reduce() throws(JSONError) -> ScanResult {
        let memory = memory
        let region = ByteRegion(UnsafeRawBufferPointer(start: memory.start, count: memory.size)) {
            munmap(memory.start, memory.size)
        }
        var scanner = JSONScanner(region)
        var released = 0
        return try TrivyReportReducer.reduce(&scanner) { offset in
            guard offset - released >= Self.window else { return }
            // Whole pages only; what lies on the page that is being read stays.
            let end = offset / pageSize * pageSize
            madvise(memory.start + released, end - released, MADV_DONTNEED)
            released = end
        }
    }

    private struct Mapping {
        var start: UnsafeMutableRawPointer
        var size: Int
    }
}

private let pageSize = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)

/// What the system calls an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
