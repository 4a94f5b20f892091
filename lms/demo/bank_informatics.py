"""Questions for Tin học 8, written for the demo."""

from __future__ import annotations

from lms.demo.asking import Asked, Place, four, gaps, match, one, order, several, truth, word

HISTORY = "Sơ lược về lịch sử phát triển máy tính"
SPREADSHEET = "Bảng tính điện tử"
ETHICS = "Đạo đức và văn hoá trong môi trường số"
CODING = "Lập trình trực quan"


def _at(level: str, topic: str, outcome: str) -> Place:
    return Place(level, topic, f"TIN8.{outcome}")


def informatics() -> list[Asked]:
    """All of them, topic by topic."""
    return [
        one(
            _at("NB", HISTORY, "A.1.1"),
            "Máy tính điện tử thế hệ thứ nhất dùng linh kiện chủ yếu nào?",
            "Đèn điện tử chân không",
            "Bóng bán dẫn",
            "Mạch tích hợp",
            "Bộ vi xử lí",
        ),
        order(
            _at("TH", HISTORY, "A.1.1"),
            "Sắp xếp các linh kiện theo thứ tự chúng được dùng trong máy tính, sớm nhất trước.",
            "Đèn điện tử chân không",
            "Bóng bán dẫn",
            "Mạch tích hợp",
            "Bộ vi xử lí",
        ),
        truth(
            _at("NB", SPREADSHEET, "E.1.2"),
            "Trong bảng tính, địa chỉ \\$A\\$1 thay đổi khi công thức được sao chép sang ô khác.",
            False,
            why="Địa chỉ tuyệt đối giữ nguyên khi sao chép.",
        ),
        one(
            _at("TH", SPREADSHEET, "E.1.3"),
            "Ô C2 có công thức =A2*B2. Sao chép công thức này xuống ô C3 thì được công thức nào?",
            "=A3*B3",
            "=A2*B2",
            "=B2*C2",
            "=A3*B2",
        ),
        gaps(
            _at("NB", SPREADSHEET, "E.1.2"),
            "Trong bảng tính, C5 là địa chỉ [[tương đối]] còn địa chỉ không đổi khi sao chép gọi là địa chỉ [[tuyệt "
            "đối]].",
        ),
        four(
            _at("TH", SPREADSHEET, "E.1.1"),
            "Bạn Lan có bảng điểm của 40 học sinh và muốn tìm hiểu dữ liệu.",
            {
                "Lọc dữ liệu giúp chỉ hiện những học sinh có điểm từ 8 trở lên": True,
                "Sắp xếp dữ liệu làm mất các dòng có điểm thấp": False,
                "Biểu đồ cột cho phép so sánh điểm trung bình của các tổ": True,
                "Biểu đồ tự đổi khi dữ liệu của nó thay đổi": True,
            },
        ),
        several(
            _at("TH", ETHICS, "D.1.1"),
            "Những việc nào vi phạm đạo đức hoặc pháp luật khi dùng công nghệ số?",
            ["Đăng ảnh của bạn mà chưa hỏi ý kiến", "Sao chép bài của người khác rồi ghi tên mình"],
            ["Ghi rõ nguồn khi dùng hình trên mạng", "Đặt mật khẩu mạnh cho tài khoản của mình"],
        ),
        truth(
            _at("NB", ETHICS, "D.1.2"),
            "Tin nhắn gửi vào nhóm kín của lớp thì không cần giữ lời lẽ lịch sự.",
            False,
        ),
        match(
            _at("TH", CODING, "F.1.3"),
            "Nối mỗi việc với cấu trúc điều khiển phù hợp.",
            {
                "Làm lần lượt từng lệnh": "Cấu trúc tuần tự",
                "Nếu trời mưa thì mang ô": "Cấu trúc rẽ nhánh",
                "Vẽ bốn cạnh của hình vuông": "Cấu trúc lặp",
            },
        ),
        word(
            _at("NB", CODING, "F.1.4"),
            "Đại lượng có tên và có giá trị thay đổi được trong khi chương trình chạy gọi là gì?",
            "biến",
            "biến nhớ",
        ),
        one(
            _at("TH", CODING, "F.1.3"),
            "Khối lệnh “lặp 4 lần: đi 100 bước, quay phải 90 độ” làm nhân vật vẽ hình gì?",
            "Hình vuông",
            "Hình tam giác đều",
            "Hình tròn",
            "Hình thoi không vuông",
        ),
        order(
            _at("TH", CODING, "F.1.5"),
            "Sắp xếp các bước làm ra một chương trình.",
            "Xác định bài toán",
            "Mô tả thuật toán",
            "Viết chương trình",
            "Chạy thử và sửa lỗi",
        ),
    ]
